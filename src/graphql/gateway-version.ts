// The one query there is besides the mutation.
import { Query, Resolver } from 'type-graphql';

@Resolver()
export class GatewayVersionResolver {
  constructor(private readonly version: string) {}

  @Query(() => String, { description: 'The version of this gateway.' })
  dvEmailGatewayVersion(): string {
    return this.version;
  }
}

/** What every resolver knows of the request it serves. */
export interface GraphqlContext {
  /** Names the request in the log and in errors. */
  readonly correlationId: string;
}

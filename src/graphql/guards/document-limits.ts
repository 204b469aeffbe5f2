// How large a document may be. Each field of a mutation is one more round of emails, so their number is
// bounded most of all.
import {
  type ASTNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Lexical tokens; the longest of our own operations has under 120. Counted while parsing. */
export const MAX_TOKENS = 1_000;

/** Fields once all fragments are spread; Apollo Server counts them. */
const MAX_RECURSIVE_SELECTIONS = 500;

/** Errors reported of one document, and of one set of variables. */
const MAX_REPORTED_ERRORS = 5;

/** The limits that Apollo Server and graphql-js hold documents and variables to. */
export const LIBRARY_LIMITS = {
  parseOptions: { maxTokens: MAX_TOKENS },
  validationOptions: { maxErrors: MAX_REPORTED_ERRORS },
  executionOptions: { maxCoercionErrors: MAX_REPORTED_ERRORS },
  maxRecursiveSelections: MAX_RECURSIVE_SELECTIONS,
};

/** Aliases; ten root fields with two aliases inside each fit. More where more root fields are allowed. */
const MAX_ALIASES = 30;

/** Aliases beside those of the root fields of a mutation. */
const MAX_INNER_ALIASES = 20;

/** Characters of an alias, which is in the response wherever its field is. */
const MAX_ALIAS_LENGTH = 100;

/** Directives, in all places of a document. */
const MAX_DIRECTIVES = 20;

/**
 * One rule for all limits. A refusal has `extensions.validationErrorCode`: `TOO_MANY_ALIASES`, `ALIAS_TOO_LONG`,
 * `TOO_MANY_DIRECTIVES`, `TOO_MANY_MUTATION_FIELDS` or `OPERATION_NOT_SUPPORTED`. Depth needs none: no field of the
 * schema leads back to a type above it.
 */
export function createDocumentLimitsRule(maxMutationFields: number): ValidationRule {
  const maxAliases = Math.max(MAX_ALIASES, maxMutationFields + MAX_INNER_ALIASES);
  return (context) => {
    const counts = { aliases: 0, directives: 0 };
    const refuse = (validationErrorCode: string, message: string, node: ASTNode) =>
      context.reportError(
        new GraphQLError(message, { nodes: [node], extensions: { validationErrorCode } }),
      );
    return {
      Field(node) {
        counts.aliases += node.alias ? 1 : 0;
        if (node.alias && counts.aliases === maxAliases + 1) {
          refuse('TOO_MANY_ALIASES', `A document may have ${maxAliases} aliases.`, node);
        }
        if (node.alias && node.alias.value.length > MAX_ALIAS_LENGTH) {
          refuse('ALIAS_TOO_LONG', `An alias may have ${MAX_ALIAS_LENGTH} characters.`, node);
        }
      },
      Directive(node) {
        counts.directives += 1;
        if (counts.directives === MAX_DIRECTIVES + 1) {
          refuse('TOO_MANY_DIRECTIVES', `A document may have ${MAX_DIRECTIVES} directives.`, node);
        }
      },
      OperationDefinition(node) {
        if (node.operation === 'subscription') {
          refuse('OPERATION_NOT_SUPPORTED', 'There are no subscriptions here.', node);
          return;
        }
        if (
          node.operation === 'mutation' &&
          countRootFields(node.selectionSet, context) > maxMutationFields
        ) {
          const message = `A mutation may have ${maxMutationFields} fields; each is a round of emails.`;
          refuse('TOO_MANY_MUTATION_FIELDS', message, node);
        }
      },
    };
  };
}

/** With fragments spread. Each fragment is counted once, a cycle as 0. */
function countRootFields(root: SelectionSetNode, context: ValidationContext): number {
  const known = new Map<string, number>();
  const count = (set: SelectionSetNode | undefined): number =>
    set?.selections.reduce((sum, selection) => sum + countSelection(selection), 0) ?? 0;
  const countSelection = (selection: SelectionNode): number => {
    if (selection.kind === Kind.FIELD) {
      return 1;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return count(selection.selectionSet);
    }
    const name = selection.name.value;
    if (!known.has(name)) {
      known.set(name, 0);
      known.set(name, count(context.getFragment(name)?.selectionSet));
    }
    return known.get(name) ?? 0;
  };
  return count(root);
}

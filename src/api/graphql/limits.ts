import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { refuseCostly } from './cost.ts';

/** What a document may have, before it is looked at any closer. */
export const LIMITS = {
  tokens: 20_000,
  depth: 12,
  introspectionDepth: 20,
  fields: 2_000,
  aliases: 50,
  rootFields: 20,
};

/** Characters of all remembered documents; parsed they take some fifty times as many bytes. */
const REMEMBERED = 500_000;
/** Longer ones are mostly rows written into the text, and won't come again. */
const REMEMBERED_LENGTH = 20_000;

/**
 * Refuses documents that are beyond the limits, before they are validated: that is where they would do harm.
 * Remembers those that were found valid.
 */
export function limitDocuments(): ApolloServerPlugin<object> {
  const valid = new LRUCache<string, DocumentNode>({
    maxSize: REMEMBERED,
    sizeCalculation: (_, source) => source.length,
  });
  return {
    async requestDidStart() {
      let fault: GraphQLError | undefined;
      return {
        async didResolveSource(request: { source: string; document?: DocumentNode }) {
          const known = valid.get(request.source);
          const read = known ? { document: known } : readDocument(request.source);
          fault = read.fault;
          // Apollo takes a document that is there for a valid one. Of one with a fault nothing is executed, see below.
          if (known || fault) request.document = read.document;
        },
        async validationDidStart({ source, document }) {
          return async (errors) => {
            if (!errors?.length && source.length <= REMEMBERED_LENGTH) valid.set(source, document);
          };
        },
        async didResolveOperation({ schema, document, operation, request }) {
          if (fault) throw fault;
          if (operation?.operation === 'subscription')
            throw new GraphQLError('Subscriptions go by graphql-ws: a WebSocket on this path.', {
              extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
            });
          if (operation) refuseCostly(schema, document, operation, request.variables ?? {});
        },
      };
    },
  };
}

/** The document with what is wrong with it; neither where it can't be read, for Apollo to say. */
export function readDocument(source: string): { document?: DocumentNode; fault?: GraphQLError } {
  try {
    const document = parse(source, { maxTokens: LIMITS.tokens, noLocation: true });
    return { document, fault: faultOf(document) };
  } catch (error) {
    if (error instanceof GraphQLError) return {};
    // The parser ran out of stack. What is executed in its place is refused before it begins.
    return { document: parse('{ __typename }'), fault: refuse('is nested too deeply') };
  }
}

const refuse = (what: string) =>
  new GraphQLError(`The document ${what}.`, {
    extensions: { code: 'DOCUMENT_LIMIT_EXCEEDED', http: { status: 400 } },
  });

interface Size {
  depth: number;
  introspectionDepth: number;
  fields: number;
  aliases: number;
  /** Fields that stand side by side at its top. */
  rootFields: number;
}

function faultOf(document: DocumentNode): GraphQLError | undefined {
  const written = { fields: 0 };
  const measure = measurer(document, written);
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue;
    const { depth, introspectionDepth, fields, aliases, rootFields } = measure(definition.selectionSet);
    if (Math.max(fields, written.fields) > LIMITS.fields)
      return refuse(
        `has more than ${LIMITS.fields} fields, those of its fragments counted wherever they are used`,
      );
    if (aliases > LIMITS.aliases) return refuse(`has more than ${LIMITS.aliases} aliases`);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (depth > LIMITS.depth) return refuse(`nests fields more than ${LIMITS.depth} deep`);
    if (introspectionDepth > LIMITS.introspectionDepth)
      return refuse(`nests introspection more than ${LIMITS.introspectionDepth} deep`);
    if (rootFields > LIMITS.rootFields) return refuse(`has more than ${LIMITS.rootFields} fields at the top`);
  }
  return undefined;
}

const NOTHING: Size = { depth: 0, introspectionDepth: 0, fields: 0, aliases: 0, rootFields: 0 };

const fragmentsOf = (document: DocumentNode) =>
  new Map(
    document.definitions.flatMap((one): [string, FragmentDefinitionNode][] =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
    ),
  );

/** Measures with fragments in their places; each fragment is gone through once. */
function measurer(document: DocumentNode, written: { fields: number }) {
  const fragments = fragmentsOf(document);
  const known = new Map<SelectionSetNode, Size>();

  const measure = (set: SelectionSetNode): Size => {
    const before = known.get(set);
    if (before) return before;
    // A fragment inside itself counts nothing here: validation refuses it.
    known.set(set, NOTHING);
    const size = { ...NOTHING };
    for (const selection of set.selections) {
      written.fields++;
      const isField = selection.kind === Kind.FIELD;
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      const inner = below ? measure(below) : NOTHING;
      const own = isField ? 1 : 0;
      const introspects = isField && selection.name.value.startsWith('__');
      const depth = introspects ? 0 : inner.depth + own;
      const introspectionDepth = introspects
        ? inner.depth + 1
        : inner.introspectionDepth && inner.introspectionDepth + own;
      size.depth = Math.max(size.depth, depth);
      size.introspectionDepth = Math.max(size.introspectionDepth, introspectionDepth);
      size.fields += inner.fields + own;
      size.rootFields += isField ? 1 : inner.rootFields;
      size.aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
    }
    known.set(set, size);
    return size;
  };
  return measure;
}

import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { LIMITS } from './limits.ts';

const refusal = (what: string) =>
  new GraphQLError(`The document ${what}.`, {
    extensions: { code: 'DOCUMENT_LIMIT_EXCEEDED', http: { status: 400 } },
  });

export const documentTooLong = () => refusal(`has more than ${LIMITS.characters} characters`);
export const documentTooDeep = () => refusal('is nested too deeply');
const tooManyFields = () =>
  refusal(`has more than ${LIMITS.fields} fields, with those of a fragment in each place where it is used`);

/** @throws GraphQLError if the document is beyond a limit: to validate or answer it would cost too much */
export function refuseLargeDocument(document: DocumentNode): void {
  refuseLargeNodes(document);
  refuseManyFields(document);
}

function refuseLargeNodes(document: DocumentNode): void {
  if (document.definitions.length > LIMITS.definitions)
    throw refusal(`has more than ${LIMITS.definitions} operations and fragments`);
  for (const { node, depth } of nodesOf(document)) {
    if (depth > LIMITS.nesting) throw documentTooDeep();
    if (node.kind === Kind.NAME && node.value.length > LIMITS.nameLength)
      throw refusal(`has a name of more than ${LIMITS.nameLength} characters`);
    if ((node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) && isTooLong(node.value))
      throw refusal(`has a list of more than ${LIMITS.listLength} values in "${node.name.value}"`);
  }
}

/** A list in a list is as long as what is nested in it. */
const isTooLong = (value: ValueNode): boolean =>
  value.kind === Kind.LIST && (value.values.length > LIMITS.listLength || value.values.some(isTooLong));

const knownUses = new WeakMap<DocumentNode, ReadonlyMap<string, number>>();

/** How often each variable is in a list of the document: its value is read and passed on so many times. */
export function usesInLists(document: DocumentNode): ReadonlyMap<string, number> {
  const known = knownUses.get(document);
  if (known) return known;
  const uses = new Map<string, number>();
  for (const { node, isInList } of nodesOf(document))
    if (isInList && node.kind === Kind.VARIABLE)
      uses.set(node.name.value, (uses.get(node.name.value) ?? 0) + 1);
  knownUses.set(document, uses);
  return uses;
}

interface Visited {
  node: ASTNode;
  depth: number;
  /** Whether it is in a list of values. */
  isInList: boolean;
}

/** All nodes of a document, without recursion, because it may be nested too deep. */
function* nodesOf(document: DocumentNode): Generator<Visited> {
  const waiting: Visited[] = [{ node: document, depth: 0, isInList: false }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    const { node } = next;
    const depth = next.depth + 1;
    const isInList = next.isInList || node.kind === Kind.LIST;
    for (const key in node) {
      const part: unknown = node[key as keyof ASTNode];
      if (Array.isArray(part)) for (const one of part) waiting.push({ node: one, depth, isInList });
      else if (isNode(part)) waiting.push({ node: part, depth, isInList });
    }
  }
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'kind' in value;

/** A place in the answer, where fields of different parts of a document are merged. */
interface Place {
  times: number;
  below: Map<string, Place>;
}
const newPlace = (): Place => ({ times: 0, below: new Map() });

/** The depth of a selection in fields, and in fields below the first introspection field. */
interface Depth {
  fields: number;
  introspection: number;
}

function refuseManyFields(document: DocumentNode): void {
  const fragments = fragmentsOf(document);
  const reached = new Set<FragmentDefinitionNode>();
  const walk = walker(fragments, reached);
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) walk(definition.selectionSet, true);
  // Nothing uses these. Validation reports that, and also visits their fields.
  for (const fragment of fragments.values()) if (!reached.has(fragment)) walk(fragment.selectionSet, false);
}

const fragmentsOf = (document: DocumentNode) =>
  new Map(
    document.definitions.flatMap((one): [string, FragmentDefinitionNode][] =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
    ),
  );

/** Visits selections as they are answered, with a fragment in each place where it is used. */
function walker(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  reached: Set<FragmentDefinitionNode>,
) {
  let all = 0;
  return (top: SelectionSetNode, isOperation: boolean) => {
    let selections = 0;
    let aliases = 0;
    let rootFields = 0;
    const open = new Set<FragmentDefinitionNode>();

    const enter = (set: SelectionSetNode, place: Place, depth: Depth): void => {
      for (const selection of set.selections) {
        all++;
        if (++selections > LIMITS.fields || all > LIMITS.fieldsOfAll) throw tooManyFields();
        if (selection.kind === Kind.FIELD) {
          const { alias, name, selectionSet } = selection;
          if (alias && ++aliases > LIMITS.aliases) throw refusal(`has more than ${LIMITS.aliases} aliases`);
          if (isOperation && place === root && ++rootFields > LIMITS.rootFields)
            throw refusal(`has more than ${LIMITS.rootFields} fields at the top`);
          const below = deeper(depth, name.value);
          const there = placeBelow(place, (alias ?? name).value);
          if (selectionSet) enter(selectionSet, there, below);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) enter(selection.selectionSet, place, depth);
        else {
          const fragment = fragments.get(selection.name.value);
          // Validation refuses a fragment that is inside itself or missing.
          if (!fragment || open.has(fragment)) continue;
          reached.add(fragment);
          open.add(fragment);
          enter(fragment.selectionSet, place, depth);
          open.delete(fragment);
        }
      }
    };
    const root = newPlace();
    enter(top, root, { fields: 0, introspection: 0 });
  };
}

function deeper({ fields, introspection }: Depth, name: string): Depth {
  const depth =
    introspection > 0 || name.startsWith('__')
      ? { fields, introspection: introspection + 1 }
      : { fields: fields + 1, introspection };
  if (depth.fields > LIMITS.depth) throw refusal(`nests fields more than ${LIMITS.depth} deep`);
  if (depth.introspection > LIMITS.introspectionDepth)
    throw refusal(`nests introspection more than ${LIMITS.introspectionDepth} deep`);
  return depth;
}

/** Validation compares all fields of one name in one place with one another. */
function placeBelow({ below }: Place, name: string): Place {
  const place = below.get(name) ?? newPlace();
  below.set(name, place);
  if (++place.times > LIMITS.sameFields)
    throw refusal(`has more than ${LIMITS.sameFields} fields of one name in one place`);
  return place;
}

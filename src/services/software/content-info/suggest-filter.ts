import type { Comparison, Expression } from '../../../filters/expression.ts';
import { printFilter } from '../../../filters/print.ts';
import type { ContentInfo } from './content-info.ts';

/** By format: the key of the attribute by which devices report the hardware that they are. */
export type HardwareAttributes = Readonly<Record<ContentInfo['format'], string>>;

/** A file that is, or might be, an update. */
export interface UpdateFile {
  filename: string;
  /** Null if it was never read. */
  info: ContentInfo | null;
}

/** What files say about the devices that they are for. */
export interface TargetFilterSuggestion {
  /** RSQL over targets; null if it cannot be told. */
  filter: string | null;
  /** The keys of the attributes that it compares. */
  attributes: string[];
  /** What could not be told, and why, in English. */
  notes: string[];
}

/** SWUpdate compares with a regular expression then, which no filter can express. */
const PATTERN = '#RE:';

/** The filter of the devices that can take all of the files. What a file doesn't say limits nothing, and is noted. */
export function suggestFilter(
  files: readonly UpdateFile[],
  attributes: HardwareAttributes,
  longest: number,
): TargetFilterSuggestion {
  const names = new Map<string, string[]>();
  const notes: string[] = [];
  for (const { filename, info } of files) {
    const why = whyUnknown(info, attributes);
    if (why || !info) {
      notes.push(`${filename}: ${why}`);
      continue;
    }
    const attribute = attributes[info.format];
    const known = names.get(attribute);
    const values = info.hardwareCompatibility;
    names.set(attribute, known ? known.filter((name) => values.includes(name)) : values);
  }
  const none = (...more: string[]) => ({ filter: null, attributes: [], notes: [...notes, ...more] });
  if (!names.size) return none();
  if ([...names.values()].some((values) => !values.length))
    return none('the files are for different hardware: no device can take all of them');
  const filter = printFilter(allOf([...names].map(([key, values]) => isOneOf(key, values))));
  if (filter.length > longest)
    return none(`there is so much hardware that a filter of ${longest} characters cannot name it`);
  return { filter, attributes: [...names.keys()], notes };
}

/** Undefined if the file says what it is for. */
function whyUnknown(info: ContentInfo | null, attributes: HardwareAttributes): string | undefined {
  if (!info) return 'it lives elsewhere, and was not read';
  if (info.problem !== null) return info.problem;
  const names = info.hardwareCompatibility;
  if (!names.length) return 'it does not say what hardware it is for';
  if (names.some((name) => name.startsWith(PATTERN)))
    return `it names its hardware by a pattern (${PATTERN}), which a filter cannot express`;
  if (!attributes[info.format]) return 'no attribute is set by which devices report their hardware';
  return undefined;
}

const isOneOf = (key: string, names: readonly string[]): Comparison => ({
  kind: 'comparison',
  field: `attribute.${key}`,
  fieldPosition: 0,
  operator: names.length > 1 ? '=in=' : '==',
  position: 0,
  values: names.map((name) => ({ pieces: [name], position: 0 })),
});

const allOf = (children: Expression[]): Expression =>
  children.length > 1 ? { kind: 'and', children } : children[0]!;

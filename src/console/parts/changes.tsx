import { changesTexts as texts } from '../texts/common.ts';
import classes from './changes.module.css';

/** What was changed, field by field; `without` is a field that is left out. */
export function Changes({
  changes,
  without,
  most = 8,
}: {
  changes: Record<string, unknown> | null | undefined;
  without?: string;
  /** How many lines are shown. */
  most?: number;
}) {
  const lines = Object.entries(changes ?? {})
    .filter(([field]) => field !== without)
    .flatMap(([field, change]) => linesOf(field, change));
  if (lines.length === 0) return null;
  return (
    <dl className={classes.changes}>
      {lines.slice(0, most).map(({ name, before, after }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{before === undefined ? shown(after) : texts.was(shown(before), shown(after))}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Change {
  name: string;
  before: unknown;
  after: unknown;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of attributes and the like a line for each key that differs. */
function linesOf(field: string, change: unknown): Change[] {
  if (!isMap(change)) return [{ name: field, before: undefined, after: change }];
  const { old: before, new: after } = change;
  if (!isMap(before) && !isMap(after)) return [{ name: field, before, after }];
  const [old, now] = [isMap(before) ? before : {}, isMap(after) ? after : {}];
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .filter((key) => old[key] !== now[key])
    .map((key) => ({ name: key, before: old[key], after: now[key] }));
}

const shown = (value: unknown): string =>
  value === undefined || value === null || value === ''
    ? texts.empty
    : Array.isArray(value)
      ? value.map(shown).join(', ')
      : isMap(value)
        ? JSON.stringify(value)
        : String(value);

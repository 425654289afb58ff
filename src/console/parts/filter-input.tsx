import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useData } from '../api/use-data.ts';
import { filterTexts as texts } from '../texts/targets.ts';
import { FilterFaults, Reach } from './filter.documents.ts';
import { type FilterFault, filterFaultsOf } from './filter-fault.tsx';
import { FilterField, type FilterFieldProps } from './filter-field.tsx';
import { reasonOf } from './reason.ts';

/** A pause this long after a keystroke, and the server is asked what it thinks of a filter. */
const PAUSE_MS = 250;

type InputProps = Omit<FilterFieldProps, 'faults' | 'inForm' | 'label'> & { label: string };

/** A filter as a field of a form: what can come next is offered, and what is wrong is marked. */
export function FilterInput(props: InputProps) {
  const { of, value } = props;
  const [asked] = useDebouncedValue(value.trim(), PAUSE_MS);
  const { data } = useData(FilterFaults, { of, filter: asked }, { pause: asked === '' });
  const isCurrent = asked !== '' && asked === value.trim();
  return <FilterField {...props} inForm faults={(isCurrent && data?.validateFilter.faults) || NONE} />;
}

const NONE: readonly FilterFault[] = [];

export interface FilterReach {
  /** How many targets match; undefined as long as that is not known. */
  count: number | undefined;
  faults: readonly FilterFault[];
  /** Why it can't be said, if not because of the filter. */
  refusal: string | undefined;
}

/** How many targets a filter matches now: asked after a pause. */
export function useReach(filter: string): FilterReach {
  const wanted = filter.trim();
  const [asked] = useDebouncedValue(wanted, PAUSE_MS);
  const { data, error, stale } = useData(Reach, { filter: asked }, { pause: asked === '', keep: true });
  if (asked === '' || asked !== wanted || stale)
    return { count: undefined, faults: NONE, refusal: undefined };
  const faults = filterFaultsOf(error);
  return {
    count: error ? undefined : data?.targets.totalCount,
    faults,
    refusal: error && faults.length === 0 ? reasonOf(error) : undefined,
  };
}

/** The same for targets, with what `useReach` says of it; `said` tells how many they are. */
export const ReachInput = ({
  reach: { count, faults, refusal },
  said = texts.matching,
  error,
  ...props
}: Omit<InputProps, 'of'> & { reach: FilterReach; said?: (count: number) => string }) => (
  <div>
    <FilterField {...props} of="TARGET" inForm faults={faults} error={error ?? refusal} />
    <Text size="sm" c="dimmed" role="status" mih={21}>
      {count !== undefined && said(count)}
    </Text>
  </div>
);

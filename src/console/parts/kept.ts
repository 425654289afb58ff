import { useLocalStorage } from '@mantine/hooks';

/** A choice of the reader that this browser keeps, for example the columns of a table. */
export function useKept<T>(key: string, first: T) {
  return useLocalStorage<T>({ key: `muster.${key}`, defaultValue: first, getInitialValueInEffect: false });
}

/** How many places of a list are remembered. */
const PLACES_AT_MOST = 500;
/** To pass over so many rows costs less than to read a page. */
const LEAST_APART = 200;

/** What a list may be ordered by, of one row. */
export type KeyValue = string | number | Date | null;

/** A place in a list: so many rows come before it, of which the last has these values of the order's keys. */
export interface Place {
  at: number;
  values: readonly KeyValue[];
}

/** Places of one list, so that an offset needn't pass over all that comes before it. */
export interface Places {
  /** The last one that isn't behind an offset. */
  nearest(offset: number): Place | undefined;
  /** Remembers it, unless others are near; once there are many, those stay that are further apart. */
  note(place: Place): void;
}

export function newPlaces(): Places {
  let places: Place[] = [];
  let apart = LEAST_APART;
  const indexBefore = (offset: number) => places.findLastIndex(({ at }) => at <= offset);

  return {
    nearest: (offset) => places[indexBefore(offset)],
    note(place) {
      const index = indexBefore(place.at);
      const [before, after] = [places[index], places[index + 1]];
      if (before && place.at - before.at < apart) return;
      if (after && after.at - place.at < apart) return;
      places.splice(index + 1, 0, place);
      if (places.length <= PLACES_AT_MOST) return;
      places = places.filter((_, n) => n % 2 === 0);
      apart *= 2;
    },
  };
}

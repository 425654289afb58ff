/** What the filter language says for what the console's numbers count. */
export const FILTERS = {
  overdue: 'overdue==true',
  neverSeen: 'lastControllerRequestAt=is=null',
  status: (status: string) => `updateStatus==${status.toLowerCase()}`,
  /** All of them: a selection by filter must name one. */
  all: 'controllerId==*',
};

/** A text as a value of the filter language. */
export const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`;

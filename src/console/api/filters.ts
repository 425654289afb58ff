/** What the filter language says for what the console's numbers count. */
export const FILTERS = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the server knows the moment
  overdue: 'lastControllerRequestAt=lt=${overdue_ts}',
  neverSeen: 'lastControllerRequestAt=is=null',
  status: (status: string) => `updateStatus==${status.toLowerCase()}`,
  /** All of them: a selection by filter must name one. */
  all: 'controllerId==*',
};

/** A text as a value of the filter language. */
export const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`;

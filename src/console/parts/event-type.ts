/** A type of event in words: `TARGET_CREATED` is "target created". */
export const eventText = (type: string): string => type.toLowerCase().replaceAll('_', ' ');

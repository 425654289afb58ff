/** The id that the GraphQL API has for a thing. */
export const idOf = (type: string, number: number): string => `${type}:${number}`;

/** The number in such an id, by which services know the thing. */
export const numberOf = (id: string | undefined): number => Number(id?.split(':')[1]);

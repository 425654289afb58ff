import { GraphQLScalarType, GraphQLString } from 'graphql';

/*
 * Texts of a form. The verb that takes one checks it, like every other rule, so that a wrong one is a row of
 * `userErrors` that names its field, beside all other faults of the input.
 */
const textOf = (name: string, description: string, specifiedByURL?: string) =>
  new GraphQLScalarType<string, string>({
    name,
    description,
    specifiedByURL,
    serialize: GraphQLString.serialize,
    parseValue: GraphQLString.parseValue,
    parseLiteral: GraphQLString.parseLiteral,
  });

export const Color = textOf(
  'Color',
  'A color as consoles show it, for example `#1c7ed6`: at most 16 characters.',
);

export const Url = textOf(
  'URL',
  'An absolute address, for example `https://example.org/file`.',
  'https://url.spec.whatwg.org/',
);

export const Cron = textOf(
  'Cron',
  'When something recurs, as a Quartz cron expression with seconds: `0 0 2 * * ?` is every night at two.',
);

export const Duration = textOf(
  'Duration',
  'How long, in hours, minutes and seconds: `01:30:00` is an hour and a half. Inputs, but those of maintenance windows, also take seconds and ISO 8601: `5400`, `PT1H30M` or `P90D`.',
);

export const UtcOffset = textOf(
  'UtcOffset',
  'How far a local time is ahead of UTC: `+02:00`, or `Z` for UTC.',
);

import { Badge, Group, Text } from '@mantine/core';
import { common } from '../texts/common.ts';
import { tagsTexts as texts } from '../texts/words.ts';

interface Tag {
  name: string;
  color?: string | null;
}

const SHOWN = 2;

/** The first tags of a row; all of their names on hover. */
export const TagBadges = ({ tags }: { tags: readonly (Tag & { id: string })[] | null | undefined }) =>
  !tags?.length ? (
    <Text span c="dimmed" size="sm">
      {common.none}
    </Text>
  ) : (
    <Group gap={4} wrap="nowrap">
      {tags.slice(0, SHOWN).map((tag) => (
        <TagBadge key={tag.id} tag={tag} />
      ))}
      {tags.length > SHOWN && (
        <Text span size="xs" c="dimmed" title={tags.map(({ name }) => name).join(', ')}>
          {texts.more(tags.length - SHOWN)}
        </Text>
      )}
    </Group>
  );

/** A tag by its name, with a dot in its color if it has one. */
export const TagBadge = ({ tag: { name, color } }: { tag: Tag }) => (
  <Badge
    size="sm"
    variant="default"
    tt="none"
    fw={500}
    flex="none"
    maw={140}
    leftSection={color && <Dot color={color} />}
  >
    {name}
  </Badge>
);

/** A color, as tags have it. */
export const Dot = ({ color }: { color: string }) => (
  <span
    aria-hidden
    style={{
      display: 'block',
      width: 8,
      height: 8,
      borderRadius: '50%',
      border: '1px solid var(--line)',
      background: color,
    }}
  />
);

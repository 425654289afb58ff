import {
  ActionIcon,
  Button,
  Checkbox,
  Fieldset,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Table,
} from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Grant } from '../../api/grants.ts';
import type { Permission } from '../../api/types.documents.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { permissionTexts as texts } from '../../texts/permissions.ts';
import { ALL, filteredBy, KINDS, labelOf, OTHERS } from './permission-names.ts';

interface FieldProps {
  value: readonly Grant[];
  onChange: (value: Grant[]) => void;
}

/** Chooses permissions; those that can have a filter may be limited by one. What the caller has not can't be given. */
export function GrantsField({ value, onChange }: FieldProps) {
  const { may } = useViewer();
  const chosen = new Set(value.map(({ permission }) => permission));
  const offered = ALL.filter((permission) => may(permission) || chosen.has(permission));
  const toggle = (permission: Permission, on: boolean) =>
    onChange(
      on
        ? [...value, { permission, filter: null }]
        : value.filter((grant) => grant.permission !== permission),
    );
  const box = (permission: Permission, label?: string) => (
    <Checkbox
      size="xs"
      label={label}
      aria-label={label ? undefined : labelOf(permission)}
      checked={chosen.has(permission)}
      disabled={!offered.includes(permission)}
      onChange={(event) => toggle(permission, event.currentTarget.checked)}
    />
  );
  return (
    <Fieldset legend={texts.legend} p="sm">
      <Stack gap="sm">
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            onClick={() =>
              onChange([
                ...value,
                ...offered
                  .filter((permission) => !chosen.has(permission))
                  .map((permission) => ({ permission, filter: null })),
              ])
            }
          >
            {texts.all}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => onChange([])}>
            {texts.none}
          </Button>
        </Group>
        <Table layout="fixed" horizontalSpacing={3} verticalSpacing={5} fz="sm" withRowBorders={false}>
          <Table.Thead>
            <Table.Tr>
              <Table.Td w={{ base: '30%', xs: '40%' }} />
              {Object.values(texts.actions).map((action) => (
                <Table.Th key={action} fw={550} fz={11}>
                  {action}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {KINDS.map(([kind, label, permissions]) => (
              <Table.Tr key={kind}>
                <Table.Th fw={400}>{label}</Table.Th>
                {permissions.map((permission) => (
                  <Table.Td key={permission}>{box(permission)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" px={6}>
          {OTHERS.map((permission) => (
            <div key={permission}>{box(permission, labelOf(permission))}</div>
          ))}
        </SimpleGrid>
        <Limits value={value} onChange={onChange} />
      </Stack>
    </Fieldset>
  );
}

/** The filters of the chosen permissions. */
function Limits({ value, onChange }: FieldProps) {
  const free = [
    ...new Set(
      value
        .filter(({ permission, filter }) => filter === null && filteredBy(permission))
        .map(({ permission }) => permission),
    ),
  ];
  const put = (at: number, filter: string | null) =>
    onChange(value.map((grant, index) => (index === at ? { ...grant, filter } : grant)));
  return (
    <>
      {value.map(({ permission, filter }, index) =>
        filter === null ? null : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a permission may be there with several filters
          <Group key={`${permission} ${index}`} gap="xs" align="flex-start" wrap="nowrap">
            <FilterInput
              of={filteredBy(permission)!}
              label={texts.filterOf(labelOf(permission))}
              placeholder={texts.filterPlaceholder}
              value={filter}
              onChange={(changed) => put(index, changed)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={28}
              aria-label={texts.unlimit(labelOf(permission))}
              onClick={() => put(index, null)}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ),
      )}
      {free.length > 0 && (
        <Select
          size="xs"
          label={texts.limit}
          placeholder={texts.limitPlaceholder}
          data={free.map((permission) => ({ value: permission, label: labelOf(permission) }))}
          value={null}
          onChange={(permission) =>
            put(
              value.findIndex((grant) => grant.permission === permission && grant.filter === null),
              '',
            )
          }
          searchable
        />
      )}
    </>
  );
}

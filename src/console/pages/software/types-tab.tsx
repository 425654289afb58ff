import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Answer } from '../../parts/states.tsx';
import { softwareTexts as texts } from '../../texts/software.ts';
import { SoftwareTypes } from './software.documents.ts';

/** What kinds of modules and sets there are, and which modules a set of a type needs. */
export function TypesTab() {
  const types = useData(SoftwareTypes, {});
  return (
    <Answer of={types}>
      {({ softwareModuleTypes, distributionSetTypes }) => (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Card title={texts.setTypes}>
            {distributionSetTypes.nodes.map(({ id, key, name, moduleTypes }) => (
              <TypeLine key={id} name={name} typeKey={key}>
                {moduleTypes
                  ?.map((it) => `${it.mandatory ? texts.mandatory : texts.optional} ${it.moduleType.name}`)
                  .join(', ')}
              </TypeLine>
            ))}
          </Card>
          <Card title={texts.moduleTypes}>
            {softwareModuleTypes.nodes.map(({ id, key, name, maxAssignments }) => (
              <TypeLine key={id} name={name} typeKey={key}>
                {texts.perSet(maxAssignments)}
              </TypeLine>
            ))}
          </Card>
        </SimpleGrid>
      )}
    </Answer>
  );
}

function TypeLine({ name, typeKey, children }: { name: string; typeKey: string; children: ReactNode }) {
  return (
    <Stack gap={0}>
      <Text size="sm" fw={550}>
        {name}{' '}
        <Text span size="xs" c="dimmed" ff="monospace">
          {typeKey}
        </Text>
      </Text>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </Stack>
  );
}

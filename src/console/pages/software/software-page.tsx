import { Button, Stack, Tabs } from '@mantine/core';
import { IconPackage, IconPlus } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { type Loaded, useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { type Page as ListPage, ListTable } from '../../parts/list-table.tsx';
import { Page } from '../../parts/page.tsx';
import { pageArguments } from '../../parts/place.ts';
import { Empty } from '../../parts/states.tsx';
import { TabList } from '../../parts/tab-list.tsx';
import { softwareTexts as texts } from '../../texts/software.ts';
import { MODULE_COLUMNS, SET_COLUMNS } from './columns.tsx';
import { NewModuleDialog, NewSetDialog } from './new-dialogs.tsx';
import type { SoftwareTab } from './search.ts';
import { Modules, Sets } from './software.documents.ts';
import { TypesTab } from './types-tab.tsx';

const PAGE_SIZE = 50;

/** What devices can be given: sets, the modules in them, and their types. */
export function SoftwarePage() {
  const { tab = 'sets' } = useSearch({ from: '/shell/software' });
  const navigate = useNavigate({ from: '/software' });
  const { may, can } = useViewer();
  const [making, setMaking] = useState<'set' | 'module'>();
  const go = (next: string | null) => void navigate({ search: next ? { tab: next as SoftwareTab } : {} });
  const maySeeSets = may('READ_DISTRIBUTION_SET');
  const maySeeModules = may('READ_SOFTWARE_MODULE');
  return (
    <Page
      wide
      title={texts.title}
      lead={texts.lead}
      actions={
        <>
          {can.createSoftwareModules && (
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setMaking('module')}
            >
              {texts.newModule}
            </Button>
          )}
          {can.createDistributionSets && (
            <CreateButton label={texts.newSet} onClick={() => setMaking('set')} />
          )}
        </>
      }
    >
      <Tabs value={tab} onChange={go} keepMounted={false}>
        <TabList open={tab}>
          {maySeeSets && <Tabs.Tab value="sets">{texts.sets}</Tabs.Tab>}
          {maySeeModules && <Tabs.Tab value="modules">{texts.modules}</Tabs.Tab>}
          {maySeeModules && maySeeSets && <Tabs.Tab value="types">{texts.types}</Tabs.Tab>}
        </TabList>
        {maySeeSets && (
          <Tabs.Panel value="sets">
            <SetsTab />
          </Tabs.Panel>
        )}
        {maySeeModules && (
          <Tabs.Panel value="modules">
            <ModulesTab />
          </Tabs.Panel>
        )}
        {maySeeModules && maySeeSets && (
          <Tabs.Panel value="types">
            <TypesTab />
          </Tabs.Panel>
        )}
      </Tabs>
      {making === 'module' && <NewModuleDialog onClose={() => setMaking(undefined)} />}
      {making === 'set' && <NewSetDialog onClose={() => setMaking(undefined)} />}
    </Page>
  );
}

function SetsTab() {
  const search = useSearch({ from: '/shell/software' });
  const page = useData(Sets, pageArguments(search, PAGE_SIZE), { keep: true });
  return (
    <List
      of={page}
      list={page.data?.distributionSets}
      label={texts.sets}
      columns={SET_COLUMNS}
      empty={<Nothing title={texts.noSets} hint={texts.noSetsHint} />}
    />
  );
}

function ModulesTab() {
  const search = useSearch({ from: '/shell/software' });
  const page = useData(Modules, pageArguments(search, PAGE_SIZE), { keep: true });
  return (
    <List
      of={page}
      list={page.data?.softwareModules}
      label={texts.modules}
      columns={MODULE_COLUMNS}
      empty={<Nothing title={texts.noModules} hint={texts.noModulesHint} />}
    />
  );
}

const Nothing = (props: { title: string; hint: string }) => (
  <Empty icon={<IconPackage size={40} stroke={1.4} />} {...props} />
);

interface Named {
  id: string;
  name: string;
  version: string;
}

function List<Row extends Named>({
  of,
  list,
  label,
  columns,
  empty,
}: {
  of: Loaded<unknown>;
  list: ListPage<Row> | undefined;
  label: string;
  columns: readonly Column<Row>[];
  empty: ReactNode;
}) {
  const search = useSearch({ from: '/shell/software' });
  const navigate = useNavigate({ from: '/software' });
  return (
    <Stack>
      <ListTable
        of={of}
        page={list}
        place={search}
        size={PAGE_SIZE}
        onMove={(place) => void navigate({ search: { tab: search.tab, ...place } })}
        empty={empty}
        label={label}
        keyOf={({ id }) => id}
        nameOf={({ name, version }) => `${name} ${version}`}
        columns={columns}
        height="calc(100vh - 280px)"
      />
    </Stack>
  );
}

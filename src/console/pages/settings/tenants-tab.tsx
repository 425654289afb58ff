import { IconBuilding } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { TenantOrderField, TenantRowFragment } from '../../api/types.documents.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { Empty } from '../../parts/states.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { tenantsTexts as texts } from '../../texts/tenants.ts';
import { LimitsDialog, NewTenantDialog } from './tenant-dialogs.tsx';
import { Tenants } from './tenants.documents.ts';

const PAGE_SIZE = 100;

/** All tenants of the server, and what each may have: for whoever runs it. */
export function TenantsTab() {
  const [making, setMaking] = useState(false);
  const [limited, setLimited] = useState<TenantRowFragment>();
  const columns = useMemo(() => columnsOf(setLimited), []);
  const list = useList(Tenants, { pageOf: (data) => data.tenants, size: PAGE_SIZE, columns });
  const create = <CreateButton label={texts.create} onClick={() => setMaking(true)} />;
  return (
    <>
      <FilteredList
        list={list}
        of="TENANT"
        placeholder={texts.filterPlaceholder}
        beside={create}
        empty={<Empty icon={<IconBuilding size={40} stroke={1.4} />} title={texts.table} action={create} />}
      >
        <DataTable {...list.table} label={texts.table} keyOf={({ id }) => id} nameOf={({ name }) => name} />
      </FilteredList>
      {making && <NewTenantDialog onClose={() => setMaking(false)} />}
      {limited && <LimitsDialog tenant={limited} onClose={() => setLimited(undefined)} />}
    </>
  );
}

const columnsOf = (
  limit: (tenant: TenantRowFragment) => void,
): Column<TenantRowFragment, TenantOrderField>[] => [
  { id: 'name', label: texts.columns.name, order: 'NAME', cell: ({ name }) => name },
  {
    id: 'created',
    label: texts.columns.created,
    order: 'CREATED_AT',
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
  { id: 'by', label: texts.columns.by, order: 'CREATED_BY', cell: ({ createdBy }) => createdBy },
  {
    id: 'actions',
    label: common.actions,
    cell: (tenant) => <EditButton label={texts.limits(tenant.name)} onClick={() => limit(tenant)} />,
  },
];

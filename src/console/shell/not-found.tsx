import { IconMapOff } from '@tabler/icons-react';
import { PageButton } from '../parts/links.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { common } from '../texts/common.ts';

export function NotFound() {
  return (
    <Page title={common.notFoundTitle}>
      <Empty
        icon={<IconMapOff size={40} stroke={1.4} />}
        title={common.notFound}
        hint={common.notFoundHint}
        action={<PageButton to="/">{common.toStart}</PageButton>}
      />
    </Page>
  );
}

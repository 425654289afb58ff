import { IconMapOff } from '@tabler/icons-react';
import { PageButton } from '../parts/links.tsx';
import { Empty } from '../parts/states.tsx';
import { common } from '../texts/common.ts';

export function NotFound() {
  return (
    <Empty
      icon={<IconMapOff size={40} stroke={1.4} />}
      title={common.notFound}
      action={<PageButton to="/">{common.toStart}</PageButton>}
    />
  );
}

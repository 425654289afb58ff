import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';

/** Opens what adds something to a list. */
export const CreateButton = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={onClick}>
    {label}
  </Button>
);

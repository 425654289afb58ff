import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { common } from '../texts/common.ts';
import classes from './copy.module.css';

/** Puts a text into the clipboard. */
export function Copy({ text, label = common.copy }: { text: string; label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? common.copied : label} withArrow>
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={copy}
            aria-label={copied ? common.copied : label}
          >
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** Lines for a shell or a file, with a button that copies them. */
export function CodeLines({ text, label }: { text: string; label: string }) {
  return (
    <div className={classes.block}>
      <pre className={classes.lines}>
        <code>{text}</code>
      </pre>
      <div className={classes.copy}>
        <Copy text={text} label={label} />
      </div>
    </div>
  );
}

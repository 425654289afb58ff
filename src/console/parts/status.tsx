import type { ReactNode } from 'react';
import type { ActionStatus, UpdateStatus } from '../api/types.documents.ts';
import { actionStatusTexts, updateStatusTexts } from '../texts/status.ts';
import tones from './tones.module.css';

export type Tone = 'good' | 'busy' | 'bad' | 'warn' | 'quiet';

export const toneClass = (tone: Tone): string => tones[tone] ?? '';

export const UPDATE_TONES: Record<UpdateStatus, Tone> = {
  IN_SYNC: 'good',
  PENDING: 'busy',
  ERROR: 'bad',
  REGISTERED: 'quiet',
  UNKNOWN: 'quiet',
};

const ACTION_TONES: Record<ActionStatus, Tone> = {
  FINISHED: 'good',
  ERROR: 'bad',
  WARNING: 'warn',
  CANCELED: 'quiet',
  CANCELING: 'warn',
  CANCEL_REJECTED: 'warn',
  DOWNLOAD: 'busy',
  DOWNLOADED: 'busy',
  RETRIEVED: 'busy',
  RUNNING: 'busy',
  SCHEDULED: 'quiet',
  WAIT_FOR_CONFIRMATION: 'warn',
};

export const actionTone = (status: ActionStatus): Tone => ACTION_TONES[status];

/** A state: a word with a dot in its color. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`${tones.badge} ${toneClass(tone)}`}>{children}</span>;
}

export const TargetState = ({ status }: { status: UpdateStatus }) => (
  <State tone={UPDATE_TONES[status]}>{updateStatusTexts[status]}</State>
);

export const ActionState = ({ status }: { status: ActionStatus }) => (
  <State tone={ACTION_TONES[status]}>{actionStatusTexts[status]}</State>
);

import type { ReactNode } from 'react';
import classes from './fact.module.css';

/** A list of names and values. */
export const Facts = ({ children }: { children: ReactNode }) => <dl className={classes.facts}>{children}</dl>;

export const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <>
    <dt className={classes.label}>{label}</dt>
    <dd className={classes.value}>{children}</dd>
  </>
);

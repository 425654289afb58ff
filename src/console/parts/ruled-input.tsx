import { Textarea, type TextareaProps, TextInput, type TextInputProps } from '@mantine/core';
import { type ChangeEvent, type ReactNode, type SyntheticEvent, useState } from 'react';
import type { Rule } from './rules.ts';

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * Tells at a field what breaks a rule, as it is typed or when it is left; a form with it isn't sent. Otherwise it tells
 * what the server said.
 */
function useRule<E extends Field>(
  rule: Rule,
  { error, onChange }: { error?: ReactNode; onChange?: ((event: ChangeEvent<E>) => void) | undefined },
) {
  const [fault, setFault] = useState<string>();
  const tell = ({ currentTarget: field }: SyntheticEvent<E>, isLeft: boolean) => {
    setFault(rule(field.value, isLeft));
    field.setCustomValidity(rule(field.value, true) ?? '');
  };
  return {
    error: fault ?? error,
    onChange(event: ChangeEvent<E>) {
      tell(event, false);
      onChange?.(event);
    },
    onBlur: (event: SyntheticEvent<E>) => tell(event, true),
    onInvalid: (event: SyntheticEvent<E>) => tell(event, true),
  };
}

/** A field of one line with a rule. */
export const RuledInput = ({ rule, ...props }: TextInputProps & { rule: Rule }) => (
  <TextInput {...props} {...useRule<HTMLInputElement>(rule, props)} />
);

/** The same of several lines. */
export const RuledTextarea = ({ rule, ...props }: TextareaProps & { rule: Rule }) => (
  <Textarea {...props} {...useRule<HTMLTextAreaElement>(rule, props)} />
);

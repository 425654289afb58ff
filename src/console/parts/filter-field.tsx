import { ActionIcon, Combobox, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type SyntheticEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { FilterEntity } from '../api/types.documents.ts';
import { filterTexts as texts } from '../texts/targets.ts';
import { FaultMarks, FaultTexts, type FilterFault } from './filter-fault.tsx';
import classes from './filter-field.module.css';
import { completed, type FilterSuggestion, useSuggestions } from './use-suggestions.ts';

/** A pause this long after a keystroke, and the filter is used. */
const PAUSE_MS = 250;

export interface FilterFieldProps {
  value: string;
  /** What is filtered. */
  of: FilterEntity;
  faults: readonly FilterFault[];
  onChange: (filter: string) => void;
  placeholder?: string;
  label?: string;
  /** As a field of a form its label is seen, and what is written counts at once: the form may be sent next. */
  inForm?: boolean;
  description?: string | undefined;
  /** What else there is to say against it. */
  error?: string | undefined;
  required?: boolean | undefined;
}

/**
 * A filter to be typed, which is used after a pause. What can come next is offered: the arrow keys choose, Enter takes
 * it, Escape hides it. Faults are marked where they are.
 */
export function FilterField({
  value,
  of,
  faults,
  onChange,
  placeholder = texts.placeholder,
  label = texts.label,
  inForm = false,
  description,
  error,
  required,
}: FilterFieldProps) {
  const writing = useWriting(value, onChange, inForm);
  const { text, position, input } = writing;
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const suggestions = useSuggestions(of, { text, position }, combobox.dropdownOpened);
  const offered = suggestions.map(({ kind, text: word }) => `${kind} ${word}`).join('\n');
  // What was selected is another thing now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with other suggestions only
  useEffect(() => combobox.resetSelectedOption(), [offered]);
  // What can still become right is no fault yet.
  const begun = suggestions[0]?.position ?? Number.POSITIVE_INFINITY;
  const shown = text === value ? faults.filter(({ position }) => (position ?? 0) < begun) : [];

  const take = (index: string) => {
    const suggestion = suggestions[Number(index)];
    if (suggestion) writing.write(completed(text, suggestion));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || combobox.getSelectedOptionIndex() >= 0) return;
    // The first Enter ends the filter, and only the next one sends the form.
    if (inForm && combobox.dropdownOpened && suggestions.length > 0) event.preventDefault();
    combobox.closeDropdown();
    writing.applyNow(text);
  };

  return (
    <div className={inForm ? classes.inForm : classes.field}>
      <Combobox store={combobox} onOptionSubmit={take} withinPortal position="bottom-start" width="target">
        <Combobox.Target withExpandedAttribute>
          <TextInput
            ref={input}
            {...(inForm ? { label, description, required, withAsterisk: false } : { 'aria-label': label })}
            aria-autocomplete="list"
            placeholder={placeholder}
            value={text}
            onChange={(event) => {
              writing.onInput(event);
              combobox.openDropdown();
            }}
            onSelect={writing.onSelect}
            onScroll={writing.onSelect}
            onClick={() => combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
            onKeyDown={onKeyDown}
            leftSection={<IconFilter size={16} aria-hidden />}
            rightSection={
              text && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={texts.clear}
                  onClick={() => writing.write({ text: '', position: 0 })}
                >
                  <IconX size={16} />
                </ActionIcon>
              )
            }
            inputContainer={(children) => (
              <div className={classes.container}>
                {children}
                <FaultMarks text={text} faults={shown} scroll={writing.scroll} />
              </div>
            )}
            error={
              shown.length > 0 ? (
                <FaultTexts
                  text={text}
                  faults={shown}
                  onMend={(mended) => writing.write({ text: mended, position: mended.length })}
                />
              ) : (
                error
              )
            }
            spellCheck={false}
            autoComplete="off"
            title={texts.help}
            classNames={{ input: classes.input }}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={suggestions.length === 0}>
          <Combobox.Options mah={300} className={classes.options} aria-label={texts.suggestions}>
            {suggestions.map((suggestion, index) => (
              <Suggestion key={`${suggestion.kind} ${suggestion.text}`} of={suggestion} index={index} />
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
    </div>
  );
}

const Suggestion = ({ of: { text, description }, index }: { of: FilterSuggestion; index: number }) => (
  <Combobox.Option value={String(index)} className={classes.option}>
    <Text span size="sm" ff="monospace" className={classes.word}>
      {text}
    </Text>
    <Text span size="xs" c="dimmed" truncate>
      {description}
    </Text>
  </Combobox.Option>
);

/** The text as it is being written, where the writer is in it, and how far the field is scrolled. */
function useWriting(value: string, onChange: (filter: string) => void, isImmediate: boolean) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const [position, setPosition] = useState(value.length);
  const [scroll, setScroll] = useState(0);
  const caret = useRef<number>(undefined);
  // What was used and isn't the value yet: it comes back as such, when perhaps more was written.
  const sent = useRef<string[]>([]);
  const applyNow = (next: string) => {
    sent.current.push(next.trim());
    onChange(next);
  };
  const applyLater = useDebouncedCallback(applyNow, PAUSE_MS);
  const applySoon = isImmediate ? applyNow : applyLater;
  useEffect(() => {
    const own = sent.current.indexOf(value.trim());
    sent.current = own < 0 ? [] : sent.current.slice(own + 1);
    if (own < 0) setText(value);
  }, [value]);
  // A caret that was set for a new text counts once that is in the field.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another text only
  useLayoutEffect(() => {
    if (caret.current === undefined) return;
    input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  }, [text]);
  const look = ({ selectionStart, scrollLeft }: HTMLInputElement) => {
    setPosition(selectionStart ?? 0);
    setScroll(scrollLeft);
  };
  return {
    input,
    text,
    position,
    scroll,
    applyNow,
    onSelect: (event: SyntheticEvent<HTMLInputElement>) => look(event.currentTarget),
    onInput(event: SyntheticEvent<HTMLInputElement>) {
      setText(event.currentTarget.value);
      look(event.currentTarget);
      applySoon(event.currentTarget.value);
    },
    /** Puts another text into the field. */
    write(next: { text: string; position: number }) {
      caret.current = next.position;
      setText(next.text);
      setPosition(next.position);
      applySoon(next.text);
      input.current?.focus();
    },
  };
}

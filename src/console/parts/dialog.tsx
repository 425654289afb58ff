import { Modal, type ModalProps } from '@mantine/core';
import { type ReactNode, useLayoutEffect, useRef } from 'react';

const MARK = 'data-autofocus';
const FIELDS = 'input, textarea, select, button';

/** A dialog: it is there as long as it is rendered. */
export const Dialog = ({ children, ...others }: Omit<ModalProps, 'opened'>) => (
  <Modal opened centered {...others}>
    <FocusHome>{children}</FocusHome>
  </Modal>
);

/**
 * Has the focus from the moment it is seen, so that no key is lost: what is marked by `data-autofocus` has it, or the
 * first field, or else it as a whole. When it goes, whoever had the focus before gets it back.
 */
export function FocusHome({ children }: { children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const home = ref.current!;
    const around = home.closest('[role=dialog]') ?? home;
    const before = document.activeElement;
    // Mantine gives the focus once more, some moments later: to what is marked by then.
    home.addEventListener('focusin', ({ target }) => {
      for (const marked of home.querySelectorAll(`[${MARK}]`)) marked.removeAttribute(MARK);
      (target as Element).setAttribute(MARK, '');
    });
    (firstIn(home) ?? home).focus({ preventScroll: true });
    return () => {
      const { activeElement, body } = document;
      const isLost = activeElement === body || around.contains(activeElement);
      if (isLost && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div ref={ref} tabIndex={-1} style={{ outline: 'none' }}>
      {children}
    </div>
  );
}

const firstIn = (home: HTMLElement) =>
  home.querySelector<HTMLElement>(`[${MARK}]`) ??
  [...home.querySelectorAll<HTMLElement>(FIELDS)].find((field) => !field.matches(':disabled, [type=hidden]'));

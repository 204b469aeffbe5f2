import { type ComponentProps, useEffect, useRef } from 'react';

interface Props extends ComponentProps<'h2'> {
  readonly level: 'h2' | 'h3';
}

/** Whether the user has gone to a field, or changed one, since a form was last sent. */
let entering = false;
for (const type of ['focusin', 'input']) {
  document.addEventListener(type, () => {
    entering = true;
  });
}
document.addEventListener('submit', () => {
  entering = false;
});

/**
 * A heading that takes the focus when it appears, so that the user need not look for the result; not out of a field in which
 * the next search or the next recipient is entered by then, unless that has gone with the form.
 */
export function FocusedHeading({ level: Heading, ...heading }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { activeElement } = document;
    if (!(entering && activeElement?.matches('input') && activeElement.checkVisibility())) {
      ref.current?.focus();
    }
  }, []);
  return <Heading ref={ref} tabIndex={-1} {...heading} />;
}

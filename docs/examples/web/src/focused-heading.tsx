import { type ComponentProps, useEffect, useRef } from 'react';

interface Props extends ComponentProps<'h2'> {
  readonly level: 'h2' | 'h3';
}

/**
 * A heading that takes the focus when it appears, so that the user need not look for the result; not from one who is typing
 * the next search by then.
 */
export function FocusedHeading({ level: Heading, ...heading }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!document.activeElement?.matches('search input')) {
      ref.current?.focus();
    }
  }, []);
  return <Heading ref={ref} tabIndex={-1} {...heading} />;
}

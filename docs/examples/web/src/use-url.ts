// What the page shows is in its URL, so that it can be linked, reloaded and gone back from.
import { type MouseEvent, useSyncExternalStore } from 'react';

export interface Place {
  /** Part of a name, as it was typed. */
  readonly search?: string | undefined;
  readonly order?: string | undefined;
}

function subscribe(onChange: () => void) {
  addEventListener('popstate', onChange);
  return () => removeEventListener('popstate', onChange);
}

export function usePlace(): Place {
  const query = useSyncExternalStore(subscribe, () => location.search);
  const parameters = new URLSearchParams(query);
  return {
    search: parameters.get('search') || undefined,
    order: parameters.get('order') || undefined,
  };
}

export function toHref(place: Place): string {
  const set = Object.entries(place).filter(([, value]) => value);
  return `?${new URLSearchParams(set)}`;
}

export function goTo(place: Place): void {
  history.pushState(null, '', toHref(place));
  dispatchEvent(new PopStateEvent('popstate'));
}

/** A link within the page, which a modifier key still opens in another tab. */
export function toLink(place: Place) {
  return {
    href: toHref(place),
    onClick: (event: MouseEvent) => {
      if (!(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
        event.preventDefault();
        goTo(place);
      }
    },
  };
}

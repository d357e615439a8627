import { useCallback, useMemo, useState } from 'react';

export type Selection = {
  ids: readonly string[];
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  /** All that are listed, or none. */
  all: () => void;
  clear: () => void;
  isWhole: boolean;
};

/** Which of what is listed is chosen. */
export function useSelection(listed: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const ids = useMemo(() => listed.filter((id) => chosen.has(id)), [listed, chosen]);
  const toggle = useCallback(
    (id: string) =>
      setChosen((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [],
  );
  return {
    ids,
    has: (id) => chosen.has(id),
    toggle,
    all: () => setChosen(new Set(listed)),
    clear: () => setChosen(new Set()),
    isWhole: ids.length > 0 && ids.length === listed.length,
  };
}

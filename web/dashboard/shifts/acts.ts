// What she does with shifts, one after another; what came of it is said beside the shift it was about.
import { useRef, useState } from "preact/hooks";
import { Problem } from "../../shared/http";
import { t } from "../speak";

/** The last words about a shift, "" for the page: done, or why not; with a way back where there is one. */
export interface Said {
  about: string;
  words: string;
  bad: boolean;
  undo: (() => void) | null;
}

export interface Acts {
  busy: string;
  said: Said | null;
  /** Does it, fetches the week anew, and says so; or says why not. True when it was done. */
  act: (about: string, go: () => Promise<unknown>, done: string, undo?: () => void) => Promise<boolean>;
  hush: () => void;
}

export function useActs(refresh: () => Promise<void>): Acts {
  const [busy, setBusy] = useState("");
  const [said, setSaid] = useState<Said | null>(null);
  const under = useRef(false);
  const act: Acts["act"] = async (about, go, done, undo) => {
    if (under.current) return false;
    under.current = true;
    setBusy(about || "page");
    try {
      await go();
      await refresh();
      setSaid({ about, words: done, bad: false, undo: undo ?? null });
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status !== 0) await refresh();
      setSaid({ about, words: error.status === 0 ? t("cut") : error.message || t("failed"), bad: true, undo: null });
      return false;
    } finally {
      under.current = false;
      setBusy("");
    }
  };
  return { busy, said, act, hush: () => setSaid(null) };
}

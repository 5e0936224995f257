// Small parts of the planning board: a named panel, a form that says what went wrong, a figure with its words.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Problem } from "../shared/http";
import { t } from "./speak";

interface PanelProps {
  id: string;
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Panel({ id, title, aside, children }: PanelProps) {
  return (
    <section class={`panel is-${id}`} aria-labelledby={`h-${id}`}>
      <div class="panel-head">
        <h2 id={`h-${id}`}>{title}</h2>
        {aside && <p class="panel-aside muted">{aside}</p>}
      </div>
      {children}
    </section>
  );
}

/** What the server said, or that it did not answer. */
export const said = (problem: unknown): string => (problem instanceof Problem && problem.message ? problem.message : t("unreached"));

/** An act under way: at most one at a time, its trouble in words. */
export function useAct(): { busy: boolean; trouble: string; act: (what: () => Promise<void>) => Promise<void> } {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const act = async (what: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setTrouble("");
    try {
      await what();
    } catch (problem) {
      setTrouble(said(problem));
    } finally {
      setBusy(false);
    }
  };
  return { busy, trouble, act };
}

export function Trouble({ words }: { words: string }) {
  return words ? (
    <p class="error" role="alert">
      {words}
    </p>
  ) : null;
}

interface FieldProps {
  label: string;
  hint?: string;
  children: ComponentChildren;
}

export function Field({ label, hint, children }: FieldProps) {
  return (
    <label class="field">
      <span class="label">
        {label}
        {hint && <span>{hint}</span>}
      </span>
      {children}
    </label>
  );
}

export function Fact({ name, value, tone, aside }: { name: string; value: string; tone?: "warm" | "attention"; aside?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={tone ? `is-${tone}` : ""}>
        {value}
        {aside && <small class="muted"> {aside}</small>}
      </dd>
    </div>
  );
}

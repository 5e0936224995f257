// The forms of the drawer, fetched when one is opened.
import { useEffect, useState } from "preact/hooks";
import type { ChatFace } from "../thread";
import { t } from "../speak";

type Forms = typeof import("./forms");

export type Form = "transfer" | "ask" | "abuse";

export function Handover({ form, ...face }: ChatFace & { form: Form }) {
  const [forms, setForms] = useState<Forms | null>(null);
  const [failed, setFailed] = useState(false);
  const fetch = () => {
    setFailed(false);
    import("./forms").then(setForms, () => setFailed(true));
  };
  useEffect(fetch, []);
  if (!forms) {
    return failed ? (
      <button type="button" class="button" onClick={fetch}>
        {t("try_now")}
      </button>
    ) : (
      <p class="muted" role="status">{t("loading")}</p>
    );
  }
  const Chosen = { transfer: forms.TransferForm, ask: forms.AskForm, abuse: forms.AbuseForm }[form];
  return <Chosen {...face} />;
}

// The forms of the drawer, fetched when one is opened.
import { Missing, useFetched } from "../later";
import { t } from "../speak";
import type { ChatFace } from "../thread";

export type Form = "transfer" | "ask" | "abuse";

export function Handover({ form, ...face }: ChatFace & { form: Form }) {
  const [forms, failed] = useFetched(() => import("./forms"));
  if (failed) return <Missing />;
  if (!forms) return <p class="muted" role="status">{t("loading")}</p>;
  const Chosen = { transfer: forms.TransferForm, ask: forms.AskForm, abuse: forms.AbuseForm }[form];
  return <Chosen {...face} />;
}

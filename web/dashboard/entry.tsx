// Before the first log-in and around it: landing, sign-up, confirmation, log-in, a new password.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CHECK, HOME, Icon, MAIL } from "../shared/icons";
import { Problem } from "../shared/http";
import { askReset, confirm, Invalid, logIn, reset, signUp, type Profile } from "./account";
import { CAP, HEART } from "./marks";
import { Heading, Wordmark, type Face } from "./parts";
import { t } from "./speak";
import type { Key } from "./words/en";

const KINDS: readonly { kind: Profile["kind"]; icon: string; words: Key }[] = [
  { kind: "student", icon: CAP, words: "student" },
  { kind: "rural", icon: HOME, words: "rural" },
  { kind: "fan", icon: HEART, words: "fan" },
];

export function Site({ children, login }: { children: ComponentChildren; login?: boolean }) {
  return (
    <div class="site">
      <header class="site-head">
        <Wordmark />
        {login && (
          <a class="button is-quiet" href="/agent/login">
            {t("log_in")}
          </a>
        )}
      </header>
      <main>{children}</main>
    </div>
  );
}

// --- landing ---

const PROMISES: readonly [Key, Key][] = [
  ["promise_offer", "promise_offer_line"],
  ["promise_receipt", "promise_receipt_line"],
  ["promise_free", "promise_free_line"],
];
const WAY: readonly [Key, Key][] = [
  ["way_account", "way_account_line"],
  ["profile", "profile_line"],
  ["languages", "languages_line"],
  ["topics", "topics_line"],
  ["way_read", "way_read_line"],
  ["way_online", "way_online_line"],
];

export function Landing({ state, work }: Face) {
  return (
    <Site login>
      <div class="landing">
        <div class="stack-4">
          <div>
            <Heading>{t("landing_title")}</Heading>
            <p class="muted">{t("landing_line")}</p>
          </div>
          {state.trouble && <p class="error" role="alert">{state.trouble}</p>}
          <ul class="kinds">
            {KINDS.map(({ kind, icon, words }) => (
              <li class="pill" key={kind}>
                <Icon d={icon} size="small" />
                {t(words)}
              </li>
            ))}
          </ul>
          <section class="pay-honest">
            <h2 class="strong">{t("pay_title")}</h2>
            <p>{t("pay_line")}</p>
          </section>
          <ul class="promises">
            {PROMISES.map(([title, line]) => (
              <li key={title}>
                <h3 class="strong">{t(title)}</h3>
                <p class="small muted">{t(line)}</p>
              </li>
            ))}
          </ul>
        </div>
        <SignUp work={work} state={state} />
        <section class="way">
          <div class="card-head">
            <h2>{t("way_in")}</h2>
            <span class="small muted">{t("no_cv")}</span>
          </div>
          <ol class="way-steps">
            {WAY.map(([title, line], place) => (
              <li key={title}>
                <span class="step-number">{place + 1}</span>
                <b>{t(title)}</b>
                <span class="small muted">{t(line)}</span>
              </li>
            ))}
          </ol>
        </section>
      </div>
    </Site>
  );
}

function SignUp({ work }: Face) {
  const invited = new URLSearchParams(location.search).get("invited_by");
  const form = useForm(async (values) => {
    const kind = (values["kind"] ?? "student") as Profile["kind"];
    const { email = "", password = "", display_name = "", invited_by } = values;
    const inside = await signUp({ email, password, display_name, kind, ...(invited_by && { invited_by }) });
    if (inside) await work.meet();
    work.go(inside ? "/agent/" : "/agent/mail");
  });
  return (
    <form class="card stack-4" onSubmit={form.submit} noValidate={false}>
      <h2 class="title">{t("start_here")}</h2>
      {invited && !form.errors["invited_by"] && <input type="hidden" name="invited_by" value={invited} />}
      {form.errors["invited_by"] && <p class="error" role="alert">{form.errors["invited_by"]}</p>}
      <fieldset>
        <legend class="label">{t("you_are")}</legend>
        <div class="kind-choices">
          {KINDS.map(({ kind, icon, words }) => (
            <label class="choice option" key={kind}>
              <input type="radio" name="kind" value={kind} required />
              <span class="option-dot" />
              <Icon d={icon} />
              {t(words)}
            </label>
          ))}
        </div>
        {form.errors["kind"] && <p class="error">{form.errors["kind"]}</p>}
      </fieldset>
      <Field form={form} name="display_name" words="first_name" hint="first_name_hint" autocomplete="given-name" maxLength={40} />
      <Field form={form} name="email" type="email" words="email" autocomplete="email" />
      <Field form={form} name="password" type="password" words="password" hint="password_hint" autocomplete="new-password" minLength={10} />
      <Submit form={form} words="send_link" />
      <p class="small muted">{t("email_use")}</p>
    </form>
  );
}

// --- a form that says what was wrong beside the field ---

interface Form {
  busy: boolean;
  errors: Record<string, string>;
  submit: (event: Event) => void;
}

function useForm(send: (values: Record<string, string>) => Promise<void>): Form {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const submit = async (event: Event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.currentTarget as HTMLFormElement)].map(([name, value]) => [name, String(value).trim()]));
    setBusy(true);
    setErrors({});
    await send(values).catch((error: unknown) => setErrors(explained(error)));
    setBusy(false);
  };
  return { busy, errors, submit: (event) => void submit(event) };
}

function explained(error: unknown): Record<string, string> {
  if (error instanceof Invalid) return error.fields;
  if (!(error instanceof Problem)) throw error;
  return { "": error.status === 0 ? t("cut") : error.code === "slow_down" ? t("too_often") : t("failed") };
}

function Field(props: { form: Form; name: string; words: Key; hint?: Key; type?: "text" | "email" | "password"; autocomplete?: "given-name" | "email" | "new-password" | "current-password"; maxLength?: number; minLength?: number }) {
  const { form, name, words, hint, type = "text", ...rest } = props;
  const error = form.errors[name];
  const told = error ? `${name}-error` : hint ? `${name}-hint` : undefined;
  return (
    <div class="field">
      <label class="label" for={name}>
        {t(words)}
      </label>
      <input class="input" id={name} name={name} required aria-invalid={error ? "true" : undefined} aria-describedby={told} {...rest} {...({ type } as { type: "text" })} />
      {hint && !error && (
        <p class="small muted" id={`${name}-hint`}>
          {t(hint)}
        </p>
      )}
      {error && (
        <p class="error" id={`${name}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function Submit({ form, words }: { form: Form; words: Key }) {
  return (
    <>
      {form.errors[""] && <p class="error" role="alert">{form.errors[""]}</p>}
      <button class="button is-primary is-big" aria-disabled={form.busy}>
        {t(form.busy ? "one_moment" : words)}
      </button>
    </>
  );
}

// --- the small pages ---

function Small({ title, children, icon }: { title: string; children: ComponentChildren; icon?: string }) {
  return (
    <Site>
      <div class="card small-page stack-4">
        {icon && <Icon d={icon} size="large" />}
        <Heading>{title}</Heading>
        {children}
      </div>
    </Site>
  );
}

export function LogIn({ work }: Face) {
  const form = useForm(async (values) => {
    const inside = await logIn(values["email"] ?? "", values["password"] ?? "");
    if (!inside) return work.go("/agent/mail");
    return work.enter();
  });
  return (
    <Small title={t("log_in")}>
      <form class="stack-4" onSubmit={form.submit}>
        <Field form={form} name="email" type="email" words="email" autocomplete="email" />
        <Field form={form} name="password" type="password" words="password" autocomplete="current-password" />
        <Submit form={form} words="log_in" />
      </form>
      <p class="line is-spread">
        <a href="/agent/reset">{t("forgot")}</a>
        <a href="/agent/join">{t("sign_up")}</a>
      </p>
    </Small>
  );
}

export function LookInMail() {
  return (
    <Small title={t("mail_title")} icon={MAIL}>
      <p>{t("mail_line")}</p>
      <p class="small muted">
        {t("no_mail")} <a href="/agent/login">{t("log_in")}</a>
      </p>
    </Small>
  );
}

type Confirming = "trying" | "done" | "bad" | "cut";

export function Confirm({ state, work }: Face) {
  const key = state.route.screen === "confirm" ? state.route.key : "";
  const [how, setHow] = useState<Confirming>("trying");
  const attempt = async () => {
    setHow("trying");
    try {
      const inside = await confirm(key);
      setHow("done");
      if (!inside) return;
      await work.meet();
      work.go("/agent/");
    } catch (error) {
      setHow(error instanceof Invalid ? "bad" : "cut");
    }
  };
  useEffect(() => void attempt(), [key]);
  if (how === "trying") return <Small title={t("confirming")}>{null}</Small>;
  if (how === "bad") return <Small title={t("link_old")}><p>{t("link_old_line")}</p><a class="button is-primary" href="/agent/login">{t("log_in")}</a></Small>;
  if (how === "cut") return <Small title={t("cut")}><button type="button" class="button is-primary" onClick={() => void attempt()}>{t("try_now")}</button></Small>;
  return (
    <Small title={t("confirmed")} icon={CHECK}>
      <p>{t("confirmed_line")}</p>
      <a class="button is-primary is-big" href="/agent/login">
        {t("log_in")}
      </a>
    </Small>
  );
}

export function Reset({ state, work }: Face) {
  const key = state.route.screen === "reset" ? state.route.key : "";
  const [done, setDone] = useState(false);
  const form = useForm(async (values) => {
    if (!key) await askReset(values["email"] ?? "");
    else if (await reset(key, values["password"] ?? "")) await work.meet();
    setDone(true);
  });
  if (done && !key) return <Small title={t("mail_title")} icon={MAIL}><p>{t("reset_sent")}</p></Small>;
  if (done) return <Small title={t("reset_done")} icon={CHECK}><a class="button is-primary is-big" href={state.me ? "/agent/" : "/agent/login"}>{t(state.me ? "to_home" : "log_in")}</a></Small>;
  return (
    <Small title={t(key ? "new_password" : "forgot")}>
      <form class="stack-4" onSubmit={form.submit}>
        {key ? (
          <Field form={form} name="password" type="password" words="new_password" hint="password_hint" autocomplete="new-password" minLength={10} />
        ) : (
          <Field form={form} name="email" type="email" words="email" autocomplete="email" />
        )}
        {form.errors["key"] && <p class="error" role="alert">{t("link_old")}</p>}
        <Submit form={form} words={key ? "save" : "send_link"} />
      </form>
    </Small>
  );
}

export function Lost() {
  return (
    <Small title={t("lost_page")}>
      <a class="button is-primary" href="/agent/">
        {t("to_home")}
      </a>
    </Small>
  );
}

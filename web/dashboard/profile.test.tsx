import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test } from "vitest";
import type { Me, Options } from "./account";
import { CertifiedLanguages, CertifiedTopics } from "./profile";

const DAY_MS = 86_400_000;
const date = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
const said = (iso: string) => new Intl.DateTimeFormat(navigator.language, { day: "numeric", month: "short", year: "numeric" }).format(new Date(iso));

test("a certificate says until when it counts, and that it has ended", async () => {
  const [past, future] = [date(-3), date(40)];
  const me = {
    agent: {
      languages: [{ code: "fi", level: 3 }, { code: "sv", level: 2 }, { code: "en", level: 1 }],
      skills: ["lumo/refunds"],
      ends: { fi: past, sv: future, "lumo/refunds": past },
    },
  } as unknown as Me;
  const options: Options = {
    languages: [{ code: "fi", name: "Finnish" }, { code: "sv", name: "Swedish" }, { code: "en", name: "English" }],
    skills: [{ id: "lumo/refunds", brand: "Lumo Mobile", name: "Refunds" }],
  };
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  const rows = () => [...root.querySelectorAll("li")].map((row) => row.querySelector(".mark")!.textContent);

  await act(() => render(<CertifiedLanguages me={me} options={options} />, root));
  expect(rows()).toEqual([`Ended ${said(past)}`, `Certified until ${said(future)}`, "Certified"]);

  await act(() => render(<CertifiedTopics me={me} options={options} />, root));
  expect(rows()).toEqual([`Ended ${said(past)}`]);
});

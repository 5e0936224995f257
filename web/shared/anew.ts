// A part of a page that could not be fetched stays missing: browsers remember the failure and do not ask again. So the
// page is loaded anew, once the server answers; what people wrote is kept in storage meanwhile.
import { survivesReload } from "./storage";

/** True when the page is about to be loaded anew; false where nobody answers, or something would be lost by it. */
export async function loadAnew(): Promise<boolean> {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  const may = !!answer?.ok && survivesReload();
  if (may) location.reload();
  return may;
}

/** Settles once the browser has a network: what is asked for without one would stay missing. */
export function networked(): Promise<unknown> {
  return navigator.onLine ? Promise.resolve() : new Promise((settle) => addEventListener("online", settle, { once: true }));
}

// The shop's own script: tells the chat who is logged in, by a short-lived token that the shop's server signs.
window.Beckon ??= (...call) => (window.Beckon.q ??= []).push(call);
Beckon("identify", async () => {
  const answer = await fetch("/demo/identity");
  return answer.ok ? answer.text() : null;
});

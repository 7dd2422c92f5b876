// Receivers, aliases and shadows of the page SDK. The project's hard ID `registered` holds the e-mail (default).
// N1 rename of the value
export function n1(mail) {
  const m = mail;
  const address = m;
  exponea.update({ email: address }); // expect: identifier-in-update
}
// N2 alias of the SDK
export function n2(mail) {
  const br = window.exponea;
  br.update({ email: mail }); // expect: identifier-in-update
}
// N3 method taken out by destructuring
export function n3(mail) {
  const { update } = window.exponea;
  update({ email: mail }); // expect: identifier-in-update
}
// N4 constant subscripts
export function n4(mail) {
  window["exponea"]["update"]({ email: mail }); // expect: identifier-in-update
}
// N5 globalThis
export function n5(mail) {
  globalThis.exponea.update({ email: mail }); // expect: identifier-in-update
}
// N6 method reference
export function n6(mail) {
  const send = exponea.update;
  send({ email: mail }); // expect: identifier-in-update
}
// N7 call, apply, bind
export function n7(mail) {
  exponea.update.call(exponea, { email: mail }); // expect: identifier-in-update
  exponea.update.apply(exponea, [{ customer_email: mail }]); // expect: identifier-in-update
  const up = exponea.update.bind(exponea);
  up({ emailAddress: mail }); // expect: identifier-in-update
}
// N8 optional calls
export function n8(mail) {
  window.exponea?.update?.({ email: mail }); // expect: identifier-in-update
}
// N9 the snippet's second name
export function n9(mail) {
  webxpClient.sdk.update({ email: mail }); // expect: identifier-in-update
}
// N10 fallback of receivers
export function n10(mail) {
  const sdk = window.exponea || window.infinario;
  sdk.update({ email: mail }); // expect: identifier-in-update
}
// N11 a local that shadows the SDK: silent
export function n11(mail) {
  const exponea = new Map();
  exponea.update({ email: mail });
}
// N12 a catch/loop variable that shadows it: silent
export function n12(mail, lists) {
  for (const exponea of lists) exponea.update({ email: mail });
}
// N13 local alias with the SDK's own name: still the SDK
export function n13(mail) {
  const exponea = window.exponea;
  if (!exponea) return;
  exponea.update({ email: mail }); // expect: identifier-in-update
}
// N14 unrelated receivers with the same method: silent
export function n14(mail, cart, crypto) {
  cart.update({ email: mail });
  crypto.createHash("sha256").update(mail);
  this.form.update({ email: mail });
}
// N15 a parameter named like the SDK, the only visible caller passes something else: silent
function n15(exponea, mail) {
  exponea.update({ email: mail });
}
export const n15caller = (mail) => n15(new Map(), mail);
// N16 a parameter named like the SDK, the caller passes the SDK
function n16(exponea, mail) {
  exponea.update({ email: mail }); // expect: identifier-in-update
}
export const n16caller = (mail) => n16(window.exponea, mail);
// N17 no visible caller: low confidence, hidden by default
export function n17(exponea, mail) {
  exponea.update({ email: mail });
}
// N18 comma expression
export function n18(mail) {
  (0, exponea.update)({ email: mail }); // expect: identifier-in-update
}

// How the record is put together. Root = where the entry is put among the properties.
// R1 variable, then member assignment
export function r1(mail) {
  const p = { name: "x" };
  p.email = mail; // expect: identifier-in-update
  exponea.update(p);
}
// R2 constant subscript key
const KEY = "email";
export function r2(mail) {
  const p = {};
  p[KEY] = mail; // expect: identifier-in-update
  exponea.update(p);
}
// R3 computed key in a literal
export function r3(mail) {
  exponea.update({ [KEY]: mail }); // expect: identifier-in-update
}
// R4 spread of a record
export function r4(mail) {
  const base = { email: mail }; // expect: identifier-in-update
  exponea.update({ ...base, city: "Brno" });
}
// R5 conditional spread
export function r5(mail) {
  exponea.update({
    ...(mail && { email: mail }), // expect: identifier-in-update
    city: "Brno",
  });
}
// R6 Object.assign
export function r6(mail) {
  exponea.update(Object.assign({}, { email: mail }, { city: "Brno" })); // expect: identifier-in-update
}
// R7 deleted before the send: silent
export function r7(mail) {
  const p = { email: mail, city: "Brno" };
  delete p.email;
  exponea.update(p);
}
// R8 another key deleted
export function r8(mail) {
  const p = { email: mail, city: "Brno" }; // expect: identifier-in-update
  delete p.city;
  exponea.update(p);
}
// R9 deleted after the send
export function r9(mail) {
  const p = { email: mail }; // expect: identifier-in-update
  exponea.update(p);
  delete p.email;
}
// R10 deleted only sometimes
export function r10(mail, anonymous) {
  const p = { email: mail }; // expect: identifier-in-update
  if (anonymous) delete p.email;
  exponea.update(p);
}
// R11 rest takes the key out: silent
export function r11(mail) {
  const all = { email: mail, city: "Brno" };
  const { email, ...rest } = all;
  exponea.update(rest);
}
// R12 rest takes another key out
export function r12(mail) {
  const all = { email: mail, city: "Brno" }; // expect: identifier-in-update
  const { city, ...rest } = all;
  exponea.update(rest);
}
// R13 overwritten with nothing: silent
export function r13(mail) {
  const p = { email: mail, city: "Brno" };
  exponea.update({ ...p, email: undefined });
}
// R14 later spread does not bring it: silent
export function r14(mail) {
  const p = { city: "Brno" };
  const q = { email: mail };
  exponea.update({ ...p });
  return q;
}
// R15 ternary of records
export function r15(mail, full) {
  exponea.update(full ? { email: mail } : { city: "Brno" }); // expect: identifier-in-update
}
// R16 reassigned: the last record counts, silent
export function r16(mail) {
  let p = { email: mail };
  p = { city: "Brno" };
  exponea.update(p);
}
// R17 reassigned in one arm
export function r17(mail, full) {
  let p = { city: "Brno" };
  if (full) p = { email: mail }; // expect: identifier-in-update
  exponea.update(p);
}
// R18 identity-preserving steps
export function r18(mail) {
  exponea.update({ email: mail.trim().toLowerCase() }); // expect: identifier-in-update
  exponea.update({ mail: String(mail) }); // expect: identifier-in-update
  exponea.update({ customer_email: `${mail}` }); // expect: identifier-in-update
  exponea.update({ "e-mail": mail || null }); // expect: identifier-in-update
  exponea.update({ user_email: encodeURIComponent(mail) }); // expect: identifier-in-update
}
// R19 what is no identifier any more: silent
export function r19(mail) {
  exponea.update({
    has_email: Boolean(mail),
    email_length: mail.length,
    email_domain: mail.split("@")[1],
    email_verified: true,
    email_consent: "yes",
    emails_opened: 3,
    email_frequency: "weekly",
    emailTemplate: "t1",
  });
}
// R20 the value speaks
export function r20(form) {
  exponea.update({
    contact: form.email, // expect: identifier-in-update
  });
}
// R21 the value speaks: DOM
export function r21() {
  exponea.update({
    lead: document.querySelector("#email").value, // expect: identifier-in-update
  });
}
// R22 literals: a full address under an identifier key, and not
export function r22() {
  exponea.update({ email: "jo@example.com" }); // expect: identifier-in-update
  exponea.update({ email: "yes" });
  exponea.update({ note: "write to jo@example.com" });
}
// R23 someone else's: silent
export function r23(mail, order, gift) {
  exponea.update({ friend_email: mail, seller_email: mail, supportEmail: mail });
  exponea.update({ last_gift_to: gift.recipient.email, shop_contact: order.store.email });
}
// R24 a phone, in a project where no hard ID holds phones: silent
export function r24(phone) {
  exponea.update({ phone: phone });
}
// R25 an ID's own name as a property
export function r25(mail) {
  exponea.update({
    registered: mail, // expect: identifier-in-update
  });
}
// R26 nested: not among the properties of the profile itself, silent
export function r26(mail) {
  exponea.update({ city: "Brno" }, { email: mail });
  console.log({ email: mail });
}
// R27 Object.freeze and module constant
const DEFAULTS = Object.freeze({ source: "web" });
export function r27(mail) {
  exponea.update({ ...DEFAULTS, email: mail }); // expect: identifier-in-update
}

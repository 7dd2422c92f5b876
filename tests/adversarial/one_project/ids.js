// The IDs themselves.
// I1 an identifier in the soft ID
export function i1(mail) {
  exponea.identify({ cookie: mail }); // expect: identifier-in-soft-id
}
// I2 empty, constant, fallback
export function i2(mail) {
  exponea.identify(""); // expect: placeholder-id
  exponea.identify({ registered: "guest" }); // expect: placeholder-id
  exponea.identify({ registered: mail || "" }); // expect: placeholder-id
  exponea.identify({ registered: mail ?? "undefined" }); // expect: placeholder-id
  exponea.identify({ registered: null }); // expect: placeholder-id
}
// I3 nothing at all
export function i3() {
  exponea.identify(); // expect: placeholder-id
}
// I4 text of a visibly maybe-missing value
export function i4(visitor) {
  exponea.identify(`${visitor?.email}`); // expect: placeholder-id
}
// I5 guarded: silent
export function i5(visitor) {
  if (visitor?.email) exponea.identify({ registered: visitor.email });
}
// I6 a near miss of the name the project uses
export function i6(mail) {
  exponea.identify({ registred: mail }); // expect: undeclared-id
}
// I7 an address from the page, as typed
export function i7() {
  const mail = document.querySelector("#email").value;
  exponea.identify({ registered: mail }); // expect: hard-id-not-lowercased
}
// I8 lower-cased: silent
export function i8() {
  const mail = document.querySelector("#email").value.trim().toLowerCase();
  exponea.identify({ registered: mail });
}
// I9 lower-cased by a helper: silent
const normalise = (s) => s.trim().toLowerCase();
export function i9() {
  exponea.identify({ registered: normalise(document.querySelector("#email").value) });
}
// I10 the usual names of the project, so that I6 is a near miss
export function i10(mail) {
  exponea.identify({ registered: mail });
}

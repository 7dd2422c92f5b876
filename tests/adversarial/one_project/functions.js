// Wrappers, builders, callbacks, classes: one file.
// F1 one caller: the root is the caller's entry
function f1(p) {
  exponea.update(p);
}
export const f1caller = (mail) => f1({ email: mail }); // expect: identifier-in-update
// F2 two callers, one wrong
function f2(p) {
  exponea.update(p);
}
export const f2good = () => f2({ city: "Brno" });
export const f2bad = (mail) => f2({ city: "Brno", email: mail }); // expect: identifier-in-update
// F3 two callers, both wrong: one finding, at the wrapper's sink
function f3(p) {
  exponea.update(p); // expect: identifier-in-update
}
export const f3a = (mail) => f3({ email: mail });
export const f3b = (mail) => f3({ city: "Brno", email: mail });
// F4 the wrapper makes the record
function f4(mail) {
  exponea.update({ email: mail }); // expect: identifier-in-update
}
export const f4caller = (form) => f4(form.mail);
// F5 a builder
function f5build(form) {
  return {
    email: form.mail, // expect: identifier-in-update
    city: form.city,
  };
}
export const f5 = (form) => exponea.update(f5build(form));
// F6 a builder that takes it out: silent
function f6clean({ email, ...rest }) {
  return rest;
}
export const f6 = (mail) => exponea.update(f6clean({ email: mail, city: "Brno" }));
// F7 a builder that mutates its argument
function f7add(p, mail) {
  p.email = mail; // expect: identifier-in-update
}
export function f7(mail) {
  const p = { city: "Brno" };
  f7add(p, mail);
  exponea.update(p);
}
// F8 curried
const f8 = (name) => (props) => exponea.track(name, props);
export const f8caller = (mail) => f8("signup")({ email: mail }); // expect: identifier-only-in-event
// F9 default parameter
function f9(p = { email: document.querySelector("#email").value }) { // expect: identifier-in-update
  exponea.update(p);
}
export const f9caller = () => f9();
// F10 rest parameters
function f10(...args) {
  exponea.update(...args);
}
export const f10caller = (mail) => f10({ email: mail }); // expect: identifier-in-update
// F11 the method by name
function f11(method, ...args) {
  window.exponea[method](...args);
}
export const f11caller = (mail) => f11("update", { email: mail }); // expect: identifier-in-update
// F12 SDK in a field
class F12 {
  constructor(sdk) {
    this.sdk = sdk;
  }
  save(p) {
    this.sdk.update(p);
  }
}
export const f12 = (mail) => new F12(window.exponea).save({ email: mail }); // expect: identifier-in-update
// F13 the same class with something else in the field: silent
class F13 {
  constructor(sdk) {
    this.sdk = sdk;
  }
  save(p) {
    this.sdk.update(p);
  }
}
export const f13 = (mail) => new F13(new Map()).save({ email: mail });
// F14 subclass
class F14Base {
  save(mail) {
    exponea.update(this.record(mail));
  }
  record(mail) {
    return { city: "Brno" };
  }
}
class F14 extends F14Base {
  record(mail) {
    return { ...super.record(mail), email: mail }; // expect: identifier-in-update
  }
}
export const f14 = (mail) => new F14().save(mail);
// F15 factory of an object with methods
const f15 = (sdk) => ({
  save(p) {
    sdk.update(p);
  },
});
export const f15caller = (mail) => f15(window.exponea).save({ email: mail }); // expect: identifier-in-update
// F16 promise chain
export const f16 = (url) =>
  fetch(url)
    .then((r) => r.json())
    .then((d) => exponea.update({ email: d.email })); // expect: identifier-in-update
// F17 a callback runs the wrapper
function f17(cb) {
  cb();
}
export function f17caller(mail) {
  f17(() => exponea.update({ email: mail })); // expect: identifier-in-update
}
// F18 both calls inside one callback: silent
export function f18(mail, button) {
  button.addEventListener("click", function () {
    exponea.identify({ registered: mail });
    exponea.update({ email: mail });
  });
}
// F19 two handlers do not cover each other
export function f19(mail, login, save) {
  login.addEventListener("click", () => exponea.identify({ registered: mail }));
  save.addEventListener("click", () => exponea.update({ email: mail })); // expect: identifier-in-update
}
// F20 closure over a mutable record
export function f20() {
  const p = {};
  const set = (mail) => {
    p.email = mail; // expect: identifier-in-update
  };
  set(document.querySelector("#email").value);
  exponea.update(p);
}
// F21 recursion ends
function f21(p, n) {
  if (n > 0) return f21(p, n - 1);
  exponea.update(p);
}
export const f21caller = (mail) => f21({ email: mail }, 3); // expect: identifier-in-update
// F22 destructured parameter with rename
function f22({ mail: address, ...others }) {
  exponea.update({ ...others, email: address }); // expect: identifier-in-update
}
export const f22caller = (form) => f22({ mail: form.mail, city: form.city });
// F23 the wrapper that identifies and updates: silent
function f23(ids, props) {
  exponea.identify(ids, props);
}
export const f23caller = (mail) => f23({ registered: mail }, { email: mail });
// F24 the same wrapper, called without the ID
function f24(ids, props) {
  exponea.identify(ids, props);
}
export const f24caller = (mail, c) => f24({ cookie: c }, { email: mail }); // expect: identifier-in-update
// F25 array callback
export const f25 = (people) => people.map((p) => ({ email: p.mail })).forEach((r) => exponea.update(r)); // expect: identifier-in-update
// F26 immediately invoked
(function (w, mail) {
  w.exponea.update({ email: mail }); // expect: identifier-in-update
})(window, document.querySelector("#email").value);

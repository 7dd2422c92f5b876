// Covered (b), by blocks.
// B1 identify before: silent
export function b1(mail) {
  exponea.identify({ registered: mail });
  exponea.update({ email: mail });
}
// B2 identify after: silent
export function b2(mail) {
  exponea.update({ email: mail });
  exponea.identify({ registered: mail });
}
// B3 scalar ID: silent
export function b3(mail) {
  exponea.identify(mail);
  exponea.update({ email: mail });
}
// B4 the sibling arm does not cover
export function b4(mail, known) {
  if (known) {
    exponea.identify({ registered: mail });
  } else {
    exponea.update({ email: mail }); // expect: identifier-in-update
  }
}
// B5 every arm of a complete branch: silent
export function b5(mail, known) {
  if (known) {
    exponea.identify({ registered: mail }, { known: true });
  } else {
    exponea.identify({ registered: mail }, { known: false });
  }
  exponea.update({ email: mail });
}
// B6 one arm only
export function b6(mail, consent) {
  if (consent) {
    exponea.identify({ registered: mail });
  }
  exponea.update({ email: mail }); // expect: identifier-in-update
}
// B7 a test for the SDK is no branch: silent
export function b7(mail) {
  if (window.exponea) {
    exponea.identify({ registered: mail });
  }
  exponea.update({ email: mail });
}
// B8 a test for the identifier is no branch: silent
export function b8(mail) {
  if (mail) exponea.identify({ registered: mail });
  exponea.update({ email: mail });
}
// B9 a test for the identifier's owner is no branch: silent
export function b9(visitor) {
  if (visitor) exponea.identify({ registered: visitor.email });
  exponea.update({ email: visitor?.email });
}
// B10 && as a guard: silent
export function b10(mail) {
  typeof exponea !== "undefined" && exponea.identify({ registered: mail });
  typeof exponea !== "undefined" && exponea.update({ email: mail });
}
// B11 update in an arm, identify around it: silent
export function b11(mail, extra) {
  exponea.identify({ registered: mail });
  if (extra) {
    exponea.update({ email: mail });
  }
}
// B12 a return between, update first
export function b12(mail, ok) {
  exponea.update({ email: mail }); // expect: identifier-in-update
  if (!ok) return;
  exponea.identify({ registered: mail });
}
// B13 a throw between, update first
export function b13(mail, ok) {
  exponea.update({ email: mail }); // expect: identifier-in-update
  if (!ok) throw new Error("stop");
  exponea.identify({ registered: mail });
}
// B14 anonymize between
export function b14(mail) {
  exponea.identify({ registered: mail });
  exponea.anonymize();
  exponea.update({ email: mail }); // expect: identifier-in-update
}
// B15 in the callback of the identifying call: silent
export function b15(mail) {
  exponea.identify({ registered: mail }, {}, () => {
    exponea.update({ email: mail });
  });
}
// B16 switch cases are arms
export function b16(kind, mail) {
  switch (kind) {
    case "login":
      exponea.identify({ registered: mail });
      break;
    default:
      exponea.update({ email: mail }); // expect: identifier-in-update
  }
}
// B17 a loop body
export function b17(people) {
  for (const person of people) {
    exponea.update({ email: person.email }); // expect: identifier-in-update
  }
}
// B18 a loop body that identifies: silent
export function b18(people) {
  people.forEach((person) => {
    exponea.identify({ registered: person.email });
    exponea.update({ email: person.email });
  });
}
// B19 early return on absence, then the defect
export function b19(mail) {
  if (!mail) return;
  exponea.update({ email: mail }); // expect: identifier-in-update
}
// B20 identify's own second argument: silent, and the wrong ones
export function b20(mail, visitorCookie) {
  exponea.identify({ registered: mail }, { email: mail });
  exponea.identify({ ...(mail && { registered: mail }) }, { ...(mail && { email: mail }) });
}
export function b21(mail, visitorCookie) {
  exponea.identify({ cookie: visitorCookie }, { email: mail }); // expect: identifier-in-update
}
export function b22(mail) {
  exponea.identify({}, { email: mail }); // expect: identifier-in-update
}
// B23 another function of the file identifies: does not cover this one
export function b23(mail) {
  exponea.update({ email: mail }); // expect: identifier-in-update
}
// B24 the called function identifies: silent
function login(mail) {
  if (!mail) return;
  exponea.identify({ registered: mail });
}
export function b24(mail) {
  login(mail);
  exponea.update({ email: mail });
}
// B25 nested ternary as a statement
export function b25(mail, known) {
  known ? exponea.identify({ registered: mail }) : exponea.update({ email: mail }); // expect: identifier-in-update
}
// B26 events: nothing identifies here
export function b26(mail) {
  exponea.track("newsletter", { email: mail }); // expect: identifier-only-in-event
}
// B27 events: the flow identifies, silent
export function b27(mail) {
  exponea.track("newsletter", { email: mail });
  exponea.identify({ registered: mail });
}
// B28 double opt-in: the event is exempt, silent
export function b28(mail) {
  exponea.track("double_opt_in", { action: "new", email: mail });
}
// B29 double opt-in with an update in the same handler
export function b29(mail) {
  exponea.track("double_opt_in", { action: "new", email: mail });
  exponea.update({ email: mail }); // expect: identified-before-confirmation
}
// B30 several tests of presence in one condition: silent
export function b30(mail) {
  if (typeof window !== "undefined" && window.exponea && mail) {
    window.exponea.identify({ registered: mail });
  }
  window.exponea.update({ email: mail });
}

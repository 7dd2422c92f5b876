declare const exponea: any;
// A project of its own: the hard IDs hold the e-mail and the phone.
export function login(mail: string, phone: string) {
  exponea.identify({ email_id: mail, phone_id: phone });
}
export function savePhone(phone: string) {
  exponea.update({ mobile: phone }); // expect: identifier-in-update
}
export function saveBoth(mail: string, phone: string) {
  exponea.identify({ email_id: mail }, { email: mail, phone: phone }); // expect: identifier-in-update
}
export function wrongName(mail: string) {
  exponea.identify({ emial_id: mail }); // expect: undeclared-id
}

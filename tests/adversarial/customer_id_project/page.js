export function login(user) {
  exponea.identify({ registered: user.id }, { email: user.email });
}
export function save(user) {
  exponea.update({ email: user.email });
}
export function wrong(user) {
  exponea.update({ user_id: user.id }); // expect: identifier-in-update
}

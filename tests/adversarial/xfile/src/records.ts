export const profileOf = (form: { mail: string; city: string }) => ({
  email: form.mail, // expect: identifier-in-update
  city: form.city,
});

// P1 Covered (c): start() of the same page carries the customer: silent
exponea.start({ customer: { registered: window.loggedInMail } });

document.querySelector("form").addEventListener("submit", () => {
  exponea.update({ email: window.loggedInMail });
});

// N20 weblayer code, `self` unbound: self.sdk is the page SDK
document.querySelector("form").onsubmit = function () {
  var email = this.email.value.toLowerCase();
  self.sdk.update({
    email: email, // expect: identifier-in-update
  });
  return false;
};

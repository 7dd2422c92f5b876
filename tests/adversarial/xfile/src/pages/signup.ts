import { saveProfile, identity, markNewsletter } from "../tracking";
import { profileOf } from "../records";

// X1 wrapper and builder in other files: the root is in the builder
export function signup(form: { mail: string; city: string }) {
  saveProfile(profileOf(form));
}
// X2 identified through the other module: silent
export function login(mail: string) {
  identity.login(mail);
  saveProfile({ email: mail });
}
// X3 nothing identifies here: one root, in profile.ts
export function newsletter(mail: string) {
  markNewsletter(mail);
}

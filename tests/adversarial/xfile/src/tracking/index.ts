export { saveProfile, markNewsletter } from "./profile";
export * as identity from "./identity";

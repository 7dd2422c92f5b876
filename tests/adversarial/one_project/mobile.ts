import Exponea, { identifyCustomer } from "react-native-exponea-sdk";

// M1 right: silent
export const m1 = (mail: string) => Exponea.identifyCustomer({ registered: mail }, { email: mail });
// M2 no hard ID
export const m2 = (mail: string) => Exponea.identifyCustomer({}, { email: mail }); // expect: identifier-in-update
// M3 named import
export const m3 = (mail: string) => identifyCustomer({}, { email: mail }); // expect: identifier-in-update
// M4 an event
export const m4 = (mail: string) => Exponea.trackEvent("signup", { email: mail }); // expect: identifier-only-in-event

"use strict";
const form = document.getElementById("launch");
if (form) form.submit();
const registration = document.getElementById("registration");
if (registration) {
  addEventListener("message", (event) => {
    const data = typeof event.data === "string" ? event.data : event.data && event.data.subject;
    if (event.source === registration.contentWindow && data === "org.imsglobal.lti.close") {
      location.assign(registration.dataset.done);
    }
  });
}

/* LTI Dynamic Registration: tells the platform that its registration window may be closed. */
(window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");

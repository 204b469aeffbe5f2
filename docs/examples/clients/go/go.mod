module resend

go 1.19

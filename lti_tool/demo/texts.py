"""The pages' words in both languages."""

_TEXTS: dict[str, tuple[str, str]] = {
    "home": ("首页", "Home"),
    "log_in_as": ("以谁的身份登录？", "Log in as"),
    "no_password": (
        "这是本机上的示例平台，不需要密码。",
        "A demo platform on this machine: no passwords.",
    ),
    "log_out": ("退出", "Log out"),
    "courses": ("课程", "Courses"),
    "activities": ("活动", "Activities"),
    "no_activities": ("还没有活动。", "No activities yet."),
    "add_from": ("从工具中添加：", "Add from a tool: "),
    "gradebook": ("成绩册", "Gradebook"),
    "grade": ("成绩", "Grade"),
    "comment": ("评语", "Comment"),
    "name": ("姓名", "Name"),
    "set": ("改分", "Set"),
    "overridden": ("教师改分", "set by teacher"),
    "no_columns": ("还没有成绩项。", "No columns yet."),
    "tools": ("工具管理", "Manage tools"),
    "registration_url": ("工具的注册地址", "Registration URL of the tool"),
    "register": ("注册", "Register"),
    "activate": ("启用", "Activate"),
    "active": ("已启用", "Active"),
    "pending": ("待启用", "Pending"),
    "state": ("状态", "State"),
    "no_tools": ("还没有工具。", "No tools yet."),
    "learner": ("学员", "Learner"),
    "instructor": ("教师", "Instructor"),
    "administrator": ("管理员", "Administrator"),
    "endpoints": ("平台信息（手工注册时填入工具）", "This platform, for manual registration"),
    "continue": ("继续", "Continue"),
    "added": ("已添加到课程", "Added to the course"),
    "nobody_waits": (
        "没有添加任何内容：课程页面不在这个窗口里，收不到选择结果。",
        "Nothing was added: the course's page is not around this one and cannot take the choice.",
    ),
    "publish": ("发布", "Publish"),
    "draft": ("未发布", "Unpublished"),
    "review": ("查看", "Review"),
    "back": ("返回课程", "Back to the course"),
}


def texts(lang: str) -> dict[str, str]:
    """Every text in `lang` ("en", otherwise Chinese)."""
    return {key: pair[1 if lang == "en" else 0] for key, pair in _TEXTS.items()}
